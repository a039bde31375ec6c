"""How a department's people are reached and how they answer: gateway, push, and the page of their own link."""
