"""Stand-ins of providers over real HTTP, for the demo and the tests. They import nothing of the desk."""
