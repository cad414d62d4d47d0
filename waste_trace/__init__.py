"""What is true: codes, custody, ledger, labels, compliance, and the store behind them."""
