"""How Sahara reaches instances that do not exist: files are kept in memory, every command succeeds.

Sahara finds it by its entry point when its setting `remote` is `memory`, so Sahara itself stays as it was released.
"""
from sahara.utils import remote


def text(data):
    return data.decode() if isinstance(data, bytes) else data


class MemoryRemote(remote.Remote):
    """A connection to an instance, with the parameters as Sahara's own one by SSH names them."""

    def __init__(self, files):
        self.files = files

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def execute_command(self, cmd, run_as_root=False, get_stderr=False, raise_when_error=True, timeout=300):
        """No command prints anything, so Sahara sees no disks that it would have to mount."""
        return (0, "", "") if get_stderr else (0, "")

    def get_os_distrib(self):
        """Which packages and services Sahara asks for, of time and of file systems."""
        return "ubuntu"

    # Files: the plugin `fake` checks that it reads what it wrote, and Sahara prepends time servers to a configuration.

    def read_file_from(self, remote_file, run_as_root=False, timeout=120):
        return self.files.get(remote_file, "")

    def write_file_to(self, remote_file, data, run_as_root=False, timeout=120):
        self.files[remote_file] = text(data)

    def append_to_file(self, r_file, data, run_as_root=False, timeout=120):
        self.files[r_file] = self.read_file_from(r_file) + text(data)

    def prepend_to_file(self, r_file, data, run_as_root=False, timeout=120):
        self.files[r_file] = text(data) + self.read_file_from(r_file)

    def replace_remote_string(self, remote_file, old_str, new_str, timeout=120):
        self.files[remote_file] = self.read_file_from(remote_file).replace(old_str, new_str)

    # The class demands these, which only other plugins call.

    def refuse(self, *_, **__):
        raise NotImplementedError("the plugin `fake` needs no HTTP and no more than one file at once")

    get_neutron_info = get_http_client = close_http_session = write_files_to = append_to_files = refuse


class MemoryRemoteDriver(remote.RemoteDriver):
    def __init__(self):
        # What each instance has, by its id and the path.
        self.files = {}

    def setup_remote(self, engine):
        pass

    def get_remote(self, instance):
        return MemoryRemote(self.files.setdefault(instance.instance_id, {}))

    def get_userdata_template(self):
        """Nothing has to be done in an instance before it is reached."""
        return ""

    def get_type_and_version(self):
        return "memory.1.0"
