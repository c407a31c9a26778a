"""What is told by e-mail or to a webhook of the desk's own when something goes wrong, and when it is over."""
