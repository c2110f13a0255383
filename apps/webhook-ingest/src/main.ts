import 'reflect-metadata';
import { runProcess } from '@caisson/service';
import { webhookIngestService } from './index.js';

await runProcess(webhookIngestService, process.env);
