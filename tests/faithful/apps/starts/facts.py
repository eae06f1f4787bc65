"""What a program may ask about how it was started."""

import json
import os
import sys


def tell(task, lr, **more):
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    program = next(place for place, word in enumerate(sys.orig_argv) if word.endswith(sys.argv[0][-4:]) or word == "-m")
    facts = {
        "file": getattr(main, "__file__", None),
        "spec": spec and spec.name,
        "package": getattr(main, "__package__", None),
        "doc": main.__doc__,
        "loader": type(getattr(main, "__loader__", None)).__name__,
        "module": task.__module__,
        "argv": sys.argv[0],
        "orig": sys.orig_argv[:program],
        "folder": os.getcwd(),
        "path": sys.path[:2],
        "flags": [*sys.warnoptions, sys.flags.dont_write_bytecode],
        **more,
    }
    with open(os.path.join(os.environ["FACTS"], f"{task.__name__}-{lr}.json"), "a") as file:
        file.write(json.dumps(facts) + "\n")
    return 1 - lr
