"""The centre's side: inbox, stations, overview; an optional extra of the package."""
