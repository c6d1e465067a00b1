import { okhttp33 } from "./flavours.js";
import { scenarioSuite } from "./suite.js";

scenarioSuite(okhttp33);
