"""Who does what, when: a pure core (events, state, flow, views) inside thin adapters; ``main`` joins the parts."""
