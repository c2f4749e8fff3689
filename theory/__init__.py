"""Theory: tasks and students, closed forms and exponents, and the derivations behind them."""
