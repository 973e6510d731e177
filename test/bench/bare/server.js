// The least that a server can be that is ready: the libraries loaded as the real one loads them, two stores open,
// a port that listens, and one socket from this process to itself. Run as: node server.js FOLDER
import module from 'node:module';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
module.enableCompileCache(join(folder, 'compile-cache'));
await import('./server-with-libraries.js');
