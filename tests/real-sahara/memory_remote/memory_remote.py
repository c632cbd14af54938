"""How Sahara reaches instances that do not exist: files are kept in memory, every command succeeds.

Sahara finds it by its entry point when its setting `remote` is `memory`, so Sahara itself stays as it was released.
"""
from sahara.utils import remote

FILES = {}  # (id of the instance, path): text


def text(data):
    return data.decode() if isinstance(data, bytes) else data


class MemoryRemote(remote.Remote):
    def __init__(self, instance):
        self.instance = instance.instance_id

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    # Commands.

    def execute_command(self, cmd, run_as_root=False, get_stderr=False, raise_when_error=True, timeout=300):
        return (0, "", "") if get_stderr else (0, "")

    def execute_on_vm_interactive(self, cmd, matcher, timeout=None):
        pass

    def install_packages(self, packages, timeout=None):
        pass

    def update_repository(self, timeout=None):
        pass

    # What it is.

    def get_os_distrib(self, timeout=None):
        return "ubuntu"

    def get_os_version(self, timeout=None):
        return "22.04"

    def get_python_version(self, timeout=None):
        return "python3"

    # The network.

    def get_neutron_info(self, instance=None):
        return {}

    def get_http_client(self, port, info=None):
        raise NotImplementedError("no instance, no HTTP")

    def close_http_session(self, port):
        pass

    # Files.

    def read_file_from(self, remote_file, run_as_root=False, timeout=120):
        return FILES.get((self.instance, remote_file), "")

    def write_file_to(self, remote_file, data, run_as_root=False, timeout=120):
        FILES[self.instance, remote_file] = text(data)

    def append_to_file(self, r_file, data, run_as_root=False, timeout=120):
        self.write_file_to(r_file, self.read_file_from(r_file) + text(data))

    def prepend_to_file(self, r_file, data, run_as_root=False, timeout=120):
        self.write_file_to(r_file, text(data) + self.read_file_from(r_file))

    def replace_remote_string(self, remote_file, old_str, new_str, timeout=120):
        self.write_file_to(remote_file, self.read_file_from(remote_file).replace(old_str, new_str))

    def replace_remote_line(self, remote_file, old_line_with_start_string, new_line, timeout=120):
        lines = self.read_file_from(remote_file).splitlines(keepends=True)
        start = old_line_with_start_string
        self.write_file_to(remote_file, "".join(new_line if line.startswith(start) else line for line in lines))

    def write_files_to(self, files, run_as_root=False, timeout=120):
        for name, data in files.items():
            self.write_file_to(name, data)

    def append_to_files(self, files, run_as_root=False, timeout=120):
        for name, data in files.items():
            self.append_to_file(name, data)

    def prepend_to_files(self, files, run_as_root=False, timeout=120):
        for name, data in files.items():
            self.prepend_to_file(name, data)


class MemoryRemoteDriver(remote.RemoteDriver):
    def setup_remote(self, engine):
        pass

    def get_remote(self, instance):
        return MemoryRemote(instance)

    def get_userdata_template(self):
        return ""

    def get_type_and_version(self):
        return "memory.1.0"
