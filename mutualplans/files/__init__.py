"""Files that come from people: case files, rosters, tables. Everything wrong in them is reported, nothing is lost."""
