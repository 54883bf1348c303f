import { memoryStorage } from "../harness.ts";
import { eventLogContract } from "./event-log.ts";

eventLogContract(async (check) => check(memoryStorage()));
