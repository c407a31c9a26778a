"""What finance is to look at: wrong fees, money that moved without a transaction, payouts that are late."""
