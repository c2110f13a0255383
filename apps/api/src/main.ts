import 'reflect-metadata';
import { runProcess } from '@caisson/service';
import { apiService } from './index.js';

await runProcess(apiService, process.env);
