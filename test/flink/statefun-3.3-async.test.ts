import { async33 } from "./flavours.js";
import { scenarioSuite } from "./suite.js";

scenarioSuite(async33);
