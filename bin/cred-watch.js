#!/usr/bin/env node
require('../dist/cred-watch.js');
