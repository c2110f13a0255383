import 'reflect-metadata';
import { runProcess } from '@caisson/service';
import { executorService } from './index.js';

await runProcess(executorService, process.env);
