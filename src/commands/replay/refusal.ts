/** Why a run does not begin or go on: nothing has been changed. */
export class ReplayRefusal extends Error {
  override readonly name = 'ReplayRefusal';
  readonly kind: 'nothing' | 'drifted' | 'locked';

  constructor(kind: ReplayRefusal['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
