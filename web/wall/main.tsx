import { render } from "preact";

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<h1>预警屏</h1>, page);
