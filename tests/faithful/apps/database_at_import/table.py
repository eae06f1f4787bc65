import sqlite3

ROWS = sqlite3.connect("rows.db", timeout=30)
with ROWS:
    ROWS.execute("CREATE TABLE IF NOT EXISTS rows (n INTEGER)")
    ROWS.executemany("INSERT INTO rows VALUES (?)", [(n,) for n in range(50)])
