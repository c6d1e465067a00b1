import { statefun22 } from "./flavours.js";
import { scenarioSuite } from "./suite.js";

scenarioSuite(statefun22);
