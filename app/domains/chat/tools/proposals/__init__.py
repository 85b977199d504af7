"""Tools that draft an action, one room for each family of actions."""
