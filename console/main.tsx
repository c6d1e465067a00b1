// The console: a page that shows a running runtime in the browser and changes it, through the admin API alone.

import "./style/main.css";
import { render } from "preact";
import { Shell } from "./app/shell.js";

render(<Shell />, document.getElementById("console") as HTMLElement);
