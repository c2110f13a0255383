import 'reflect-metadata';
import { runProcess } from '@caisson/service';
import { driftDetectorService } from './index.js';

await runProcess(driftDetectorService, process.env);
