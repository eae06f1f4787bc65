"""Start the server in an interpreter that has the search path, and nothing else, of one that runs the user's program.

Run as a script by `oneaxis.study.handle`, which gives a socket's descriptor.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    source = str(Path(__file__).resolve().parents[2])
    if not sys.flags.safe_path:
        del sys.path[0]  # this file's own folder, which the user's program doesn't know
    sys.path.append(source)  # oneaxis may lie where only the program's own folder leads
    from oneaxis.study.server import main

    del sys.path[-1]  # not by its name: it may stand there once more, in its own place
    main(int(sys.argv[1]))
