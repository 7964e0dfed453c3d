#!/usr/bin/env node
import '../dist/cli/pve.js';
