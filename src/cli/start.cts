#!/usr/bin/env node
/**
 * What the command `falconry` starts. Every worker's `COPY` takes one of libuv's threads for as long as it runs, and libuv has four: with more
 * workers, some would wait (decision 016). It asks for their number once, when the first is needed, and that is while an ES module is
 * loaded; so this file is none.
 */
import os = require('node:os');

process.env.UV_THREADPOOL_SIZE ??= String(os.availableParallelism() + 2);
void import('./main.js');
