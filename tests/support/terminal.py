"""A program on a terminal of its own, as the ones need it that ask people something."""
import os
import pty
import re
import select
import signal
import time


class Terminal:
    def __init__(self, command, directory, environment):
        self.text, self.status = "", None
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execvpe(str(command[0]), [str(word) for word in command], environment)

    def read(self, timeout):
        """Takes what was written; False when nothing came in time or the program has ended."""
        if not select.select([self.descriptor], [], [], timeout)[0]:
            return False
        try:
            piece = os.read(self.descriptor, 65536)
        except OSError:
            return False
        self.text += piece.decode("utf-8", "replace")
        return bool(piece)

    def expect(self, pattern, timeout=30):
        """Waits until the program has written something that `pattern` matches."""
        end = time.monotonic() + timeout
        while not (found := re.search(pattern, self.text)):
            assert self.read(max(0, end - time.monotonic())), f"no {pattern!r} in: {self.text}"
        return found

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def end(self, timeout=30):
        """Waits for the end. Returns the exit status."""
        deadline = time.monotonic() + timeout
        while self.read(max(0, deadline - time.monotonic())):
            pass
        assert time.monotonic() < deadline, f"it goes on: {self.text}"
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def stop(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.descriptor)
