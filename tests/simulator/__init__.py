"""The real engine for money and webhooks, with many people, a hostile provider and a clock, from one seed.

One process and one thread: people and workers are greenlets, which change places only where a transaction begins or has
ended and where the provider is asked. So a seed replays a history exactly. The tables, the engine and its tables of
answers are the desk's own; simulated are the provider and the clock. Races inside a database stay with the storms.
"""
