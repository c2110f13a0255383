import 'reflect-metadata';
import { runProcess } from '@caisson/service';
import { plannerService } from './index.js';

await runProcess(plannerService, process.env);
