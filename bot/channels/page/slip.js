// The slip's one button. Without a script the browser's own menu prints as well.
"use strict";

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
