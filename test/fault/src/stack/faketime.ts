import { existsSync } from 'node:fs';

const PLACES = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`);

/** Lets a process see another time; undefined where it is not installed (`apt-get install faketime`). */
export const FAKETIME_LIBRARY = PLACES.find((place) => existsSync(place));
