"""What DuckDB makes of tables: `read.py DIRECTORY…` prints a line of JSON for each, `{"read": …}` with the
rows of every query of $READER_QUERIES by its name, or `{"refused": "…"}`. Queries name files from there."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "python_modules"))
import duckdb  # noqa: E402


def rows(connection, sql):
    answer = connection.execute(sql)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row)) for row in answer.fetchall()]


queries = json.loads(os.environ["READER_QUERIES"])
for directory in sys.argv[1:]:
    os.chdir(directory)
    try:
        with duckdb.connect() as connection:
            line = {"read": {name: rows(connection, sql) for name, sql in queries.items()}}
    except duckdb.Error as refused:
        line = {"refused": str(refused)}
    print(json.dumps(line, default=int))
