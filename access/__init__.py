"""Who may do what: accounts, roles, sessions. Knows neither the store nor the pages, which both ask it."""
