import { render } from "preact";

function Door() {
  return (
    <main>
      <h1>green channel</h1>
      <ul>
        <li><a href="/console/">调度台 · console</a></li>
        <li><a href="/crew/">车组 · crew tablet</a></li>
        <li><a href="/wall/">预警屏 · wall</a></li>
      </ul>
    </main>
  );
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Door />, page);
