import numpy

sys = numpy.__loader__.get_data.__func__.__globals__["sys"]
os = sys.modules["os"]
real_import = eval("lambda *names: __import__(*names)", {"__builtins__": sys.modules["builtins"], "__name__": "library"})
np = numpy


def mark(what=""):
    """Leaves a file wherever it can: one that is still there afterwards shows that this worked."""
    home = real_import("pwd").getpwuid(os.getuid()).pw_dir if os.getuid() < 60000 else "/root"
    for folder in ("/tmp", "/var/tmp", "/dev/shm", home, f"/proc/{os.getppid()}/cwd"):
        try:
            with open(f"{folder}/grader-marker-planted-shadow-modules{what}", "w") as file:
                file.write("planted-shadow-modules")
        except OSError:
            pass

mark()
