import "@shared/visible_texts.ts";
import "@shared/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/queue.css";
import "./styles/incident.css";
import "./styles/units.css";
import "./styles/command.css";
import "./styles/map.css";
import "./styles/roads.css";
import "./styles/records.css";
import "./styles/narrow.css"; // last: it takes back what the zones say for a wide window
import { render } from "preact";
import { Page } from "./Page.tsx";

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Page />, page);
