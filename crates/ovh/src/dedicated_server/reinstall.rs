use std::collections::BTreeMap;

use cloud_core::model::secret;
use secrecy::SecretString;
use serde::Serialize;

use super::tasks::ServerTask;
use cloud_core::wait::Accepted;

cloud_core::open_enum! {
    /// How the image of an owner's system is packed.
    pub enum ImageType {
        /// As qcow2.
        Qcow2 = "qcow2",
        /// Not at all.
        Raw = "raw",
    }
}

cloud_core::open_enum! {
    /// How the checksum of an image was made.
    pub enum Checksum {
        /// By MD5.
        Md5 = "md5",
        /// By SHA-1.
        Sha1 = "sha1",
        /// By SHA-256.
        Sha256 = "sha256",
        /// By SHA-512.
        Sha512 = "sha512",
    }
}

cloud_core::open_enum! {
    /// What a script for Windows is written in.
    pub enum ScriptExtension {
        /// For the command line.
        Cmd = "cmd",
        /// For PowerShell.
        Ps1 = "ps1",
    }
}

/// What a new system is like. Secrets in it, such as the headers for fetching an image, are not printed.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "it does nothing before a reinstallation has it"]
pub struct Customizations {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "secret::expose_opt"
    )]
    post_installation_script: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_installation_script_extension: Option<ScriptExtension>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "secret::expose_opt"
    )]
    config_drive_user_data: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    efi_bootloader_path: Option<String>,
    #[serde(
        rename = "imageURL",
        skip_serializing_if = "Option::is_none",
        serialize_with = "secret::expose_opt"
    )]
    image_url: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_type: Option<ImageType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_check_sum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_check_sum_type: Option<Checksum>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    http_headers: BTreeMap<String, Header>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
struct Header(#[serde(serialize_with = "secret::expose")] SecretString);

impl Customizations {
    /// Begins without any customization of the system.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the host.
    pub fn hostname(mut self, name: impl Into<String>) -> Self {
        self.hostname = Some(name.into());
        self
    }

    /// A public key in the form of `authorized_keys` that may log in.
    pub fn ssh_key(mut self, key: impl Into<String>) -> Self {
        self.ssh_key = Some(key.into());
        self
    }

    /// The language, such as `en-us`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// A script that runs after the installation, as text or in Base64.
    pub fn post_installation_script(mut self, script: impl Into<SecretString>) -> Self {
        self.post_installation_script = Some(script.into());
        self
    }

    /// What that script is written in, for Windows.
    pub fn post_installation_script_extension(
        mut self,
        extension: impl Into<ScriptExtension>,
    ) -> Self {
        self.post_installation_script_extension = Some(extension.into());
        self
    }

    /// User data that cloud-init reads from the config drive.
    pub fn config_drive_user_data(mut self, data: impl Into<SecretString>) -> Self {
        self.config_drive_user_data = Some(data.into());
        self
    }

    /// The path of the EFI boot loader in an image of one's own.
    pub fn efi_bootloader_path(mut self, path: impl Into<String>) -> Self {
        self.efi_bootloader_path = Some(path.into());
        self
    }

    /// An image of one's own: where it is, and how it is packed.
    pub fn image(mut self, url: impl Into<SecretString>, kind: impl Into<ImageType>) -> Self {
        (self.image_url, self.image_type) = (Some(url.into()), Some(kind.into()));
        self
    }

    /// The checksum of that image.
    pub fn image_checksum(mut self, kind: impl Into<Checksum>, sum: impl Into<String>) -> Self {
        (self.image_check_sum_type, self.image_check_sum) = (Some(kind.into()), Some(sum.into()));
        self
    }

    /// A header that the image is fetched with.
    pub fn http_header(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.http_headers.insert(name.into(), Header(value.into()));
        self
    }
}

/// How the disks of one group are used.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "it does nothing before a reinstallation has it"]
pub struct Storage {
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_group_id: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hardware_raid: Vec<HardwareRaid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partitioning: Option<Partitioning>,
}

impl Storage {
    /// The disks of the group that the system is installed on.
    pub fn new() -> Self {
        Self::default()
    }

    /// The disks of this group.
    pub fn disk_group(id: i64) -> Self {
        Self {
            disk_group_id: Some(id),
            ..Self::default()
        }
    }

    /// Has the controller join disks.
    pub fn hardware_raid(mut self, raid: HardwareRaid) -> Self {
        self.hardware_raid.push(raid);
        self
    }

    /// Divides the disks into partitions by a scheme or a layout of your own.
    pub fn partitioning(mut self, partitioning: Partitioning) -> Self {
        self.partitioning = Some(partitioning);
        self
    }
}

/// Disks that a controller joins.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HardwareRaid {
    /// The level, such as 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raid_level: Option<i64>,
    /// How many disks the controller joins; left to the service unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<i64>,
    /// How many arrays the disks are divided into; left to the service unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrays: Option<i64>,
    /// How many disks wait for another one to fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spares: Option<i64>,
}

/// How disks are divided.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Partitioning {
    /// How many disks the partitions are spread over; left to the service unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<i64>,
    /// A scheme of the operating system's template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_name: Option<String>,
    /// The partitions, in place of those of a scheme.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layout: Vec<Layout>,
}

/// One partition of the new system.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layout {
    /// Where it is mounted.
    pub mount_point: String,
    /// The file system, such as `ext4`.
    pub file_system: String,
    /// The size in MB; none for all that is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// The level of its RAID in software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raid_level: Option<i64>,
}

cloud_core::request! {
    /// Installs a server anew; made by [`DedicatedServers::reinstall`](super::DedicatedServers::reinstall).
    #[serde(rename_all = "camelCase")]
    pub struct Reinstall => Accepted<ServerTask>;
    required {
        operating_system: String,
    }
    opt {
        /// What the new system is like.
        customizations: Customizations,
        /// What the operating system's template asks for, by name.
        properties: BTreeMap<String, String>,
    }
    list {
        /// How the disks are used.
        storage: Storage,
    }
}
