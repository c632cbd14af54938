//! The registry of images that clusters can be made from.

use std::collections::BTreeMap;

use cloud_core::call::{Call, Task};
use cloud_core::model::{IdOrName, IntoPatch, Patch, Timestamp};
use cloud_core::provider::{CallBuilder, Decode, Whole};
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::error::ErrorCode;
use crate::ids::{ImageId, is_uuid};
use crate::ops::{Op, both, v1_1, v2};
use crate::version::Version;

/// An image of Glance, as Sahara registers it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Image {
    /// The id of the image in Glance.
    pub id: ImageId,
    /// The name of the image in Glance.
    pub name: String,
    /// Who logs in to the nodes; set by registering it.
    pub username: Option<String>,
    /// A note; set by registering it.
    pub description: Option<String>,
    /// The tags, in no certain order. A plugin asks for its own name and its version.
    pub tags: Vec<String>,
    /// The properties that Glance keeps for it.
    pub metadata: BTreeMap<String, serde_json::Value>,
    /// The status of the image in Glance, such as `ACTIVE`.
    pub status: String,
    /// When Glance created it.
    pub created: Option<Timestamp>,
    /// When Glance changed it last.
    pub updated: Option<Timestamp>,
    /// How much of it Glance has, from 0 to 100.
    pub progress: u32,
    /// The least disk in GiB that a node needs.
    #[serde(rename = "minDisk")]
    pub min_disk: u32,
    /// The least memory in MiB that a node needs.
    #[serde(rename = "minRam")]
    pub min_ram: u32,
    /// The size of the image in bytes.
    #[serde(rename = "OS-EXT-IMG-SIZE:size")]
    pub size: u64,
}

impl IntoPatch<ImageId> for &Image {
    fn into_patch(self) -> Patch<ImageId> {
        Patch::Value(self.id.clone())
    }
}

impl From<&Image> for ImageId {
    fn from(image: &Image) -> Self {
        image.id.clone()
    }
}

impl Client {
    /// Images that clusters can be made from.
    pub fn images(&self) -> Images<'_> {
        Images::new(self)
    }
}

/// The registry of images (`/images`). Any member of the project may do all of this [by default](crate#policy-rules);
/// what it changes is kept in Glance, which must agree.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use cloud_sandbox::sahara::UNREGISTERED_IMAGE;
///
/// let image = api.images().register(UNREGISTERED_IMAGE, "debian").description("plain").await?;
/// api.images().update_tags(&image, ["fake", "0.1"]).await?; // the plugin asks for its name and its version
/// let image = api.images().get(&image).await?;
/// assert_eq!((image.username.as_deref(), image.tags.len()), (Some("debian"), 2));
/// for image in api.images().list().tag("fake").all().await? {
///     println!("{} {}", image.id, image.name);
/// }
///
/// api.images().unregister(&image).await?;
/// assert_eq!(api.images().get(&image).await.unwrap_err().code(), Some("IMAGE_NOT_REGISTERED"));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Images<'a>(&'a Client);

impl<'a> Images<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the registered images, in one piece (`GET /images`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:list`, in v1.1 `data-processing:images:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListImages {
        // The service has no pages for images.
        ListImages::new(self.0.list(both!(LIST_IMAGES), "images").in_style(Whole))
    }

    /// One registered image (`GET /images/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:get`, in v1.1 `data-processing:images:get`.
    ///
    /// # Errors
    ///
    /// `IMAGE_NOT_REGISTERED` with status 400 for other images of Glance.
    pub fn get(self, id: impl Into<ImageId>) -> Call<Image> {
        self.0.get(both!(GET_IMAGE), id.into(), "image")
    }

    /// Looks a registered image up by id or name (`GET /images/{id}` for what looks like an id, then `GET /images`). Of
    /// several of the same name the first one counts: Glance lets names repeat.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:image:get` and `data-processing:image:list`, in v1.1
    /// `data-processing:images:get` and `data-processing:images:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(self, image: impl Into<IdOrName<ImageId>>) -> Task<Option<Image>> {
        let (get, name) = match image.into() {
            IdOrName::Id(id) => (Some(self.get(id)), None),
            IdOrName::Name(name) => {
                let get = is_uuid(&name).then(|| self.get(name.as_str()));
                (get, Some(name))
            }
        };
        let list = self.list();
        Task::new(async move {
            if let Some(get) = get {
                // An image that Glance has and nobody registered is told by 400, not by 404 (measured on Sahara 19).
                match get.optional().await {
                    Ok(None) => {}
                    Err(error) if error.code() == Some(ErrorCode::ImageNotRegistered.as_str()) => {}
                    other => return other,
                }
            }
            let Some(name) = name else { return Ok(None) };
            // The filter is for a part of the name.
            let images = list.name(&name).all().await?;
            Ok(images.into_iter().find(|image| image.name == name))
        })
    }

    /// Registers an image of Glance, or changes what it is registered with (`POST /images/{id}`): `username` is who
    /// logs in to the nodes.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:register`, in v1.1 `data-processing:images:register`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn register(self, id: impl Into<ImageId>, username: impl Into<String>) -> RegisterImage {
        RegisterImage::new(
            self.0.get(both!(REGISTER_IMAGE), id.into(), "image"),
            username.into(),
        )
    }

    /// Forgets what an image is registered with, its tags too (`DELETE /images/{id}`). Glance keeps the image.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:unregister`, in v1.1 `data-processing:images:unregister`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn unregister(self, id: impl Into<ImageId>) -> Call<()> {
        self.0.delete(both!(UNREGISTER_IMAGE), id.into())
    }

    /// Gives an image more tags (`POST /images/{id}/tag`). Only in API v1.1; [`update_tags`](Self::update_tags)
    /// works in both.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:images:add_tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn tag(
        self,
        id: impl Into<ImageId>,
        tags: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<Image> {
        with_tags(
            self.0.get(Op::V1_1(&v1_1::TAG_IMAGE), id.into(), "image"),
            texts(tags),
        )
    }

    /// Takes tags from an image (`POST /images/{id}/untag`). Only in API v1.1; [`update_tags`](Self::update_tags)
    /// works in both.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:images:remove_tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn untag(
        self,
        id: impl Into<ImageId>,
        tags: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<Image> {
        with_tags(
            self.0.get(Op::V1_1(&v1_1::UNTAG_IMAGE), id.into(), "image"),
            texts(tags),
        )
    }

    /// The tags of an image, registered or not (`GET /images/{id}/tags`). Only in API v2; in v1.1 they are part of
    /// [`get`](Self::get).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:get-tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn tags(self, id: impl Into<ImageId>) -> Call<Vec<String>> {
        let decode = Decode::<TagsAnswer>::json().map(|answer| match answer {
            TagsAnswer::List(tags) => tags,
            TagsAnswer::Nothing {} => Vec::new(),
        });
        self.0
            .call(Op::V2(&v2::GET_IMAGE_TAGS), decode)
            .arg(id.into())
    }

    /// Gives an image these tags instead of those it has (`PUT /images/{id}/tags`). Only in API v2;
    /// [`update_tags`](Self::update_tags) works in both.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:set-tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn set_tags(
        self,
        id: impl Into<ImageId>,
        tags: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<Image> {
        with_tags(
            self.0.get(Op::V2(&v2::SET_IMAGE_TAGS), id.into(), "image"),
            texts(tags),
        )
    }

    /// Takes all tags from an image (`DELETE /images/{id}/tags`). Only in API v2; [`update_tags`](Self::update_tags)
    /// with none works in both.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:remove-tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn delete_tags(self, id: impl Into<ImageId>) -> Call<()> {
        self.0.delete(Op::V2(&v2::DELETE_IMAGE_TAGS), id.into())
    }

    /// Gives an image these tags instead of those it has, in both versions of the API (`PUT /images/{id}/tags`; in v1.1
    /// `GET /images/{id}`, then `POST /images/{id}/tag` and `POST /images/{id}/untag` as needed). In v1.1 the image has
    /// other tags between two of these calls, and it must be registered to be read.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:image:set-tags`, in v1.1 `data-processing:images:get`,
    /// `data-processing:images:add_tags` and `data-processing:images:remove_tags`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn update_tags(
        self,
        id: impl Into<ImageId>,
        tags: impl IntoIterator<Item = impl Into<String>>,
    ) -> Task<Image> {
        let (client, id, tags) = (self.0.clone(), id.into(), texts(tags));
        Task::new(async move {
            let images = client.images();
            if client.version() == Version::V2 {
                return images.set_tags(id, tags).await;
            }
            check::tags(&tags)?;
            let mut image = images.get(&id).await?;
            let missing: Vec<&String> = tags
                .iter()
                .filter(|tag| !image.tags.contains(tag))
                .collect();
            let others: Vec<String> = image
                .tags
                .iter()
                .filter(|tag| !tags.contains(tag))
                .cloned()
                .collect();
            let adds = !missing.is_empty();
            if adds {
                image = images.tag(&id, missing).await?;
            }
            if !others.is_empty() {
                // What was missing has been added by then.
                image = match images.untag(&id, others).await {
                    Err(error) if adds => return Err(error.with_may_have_happened()),
                    untagged => untagged?,
                };
            }
            Ok(image)
        })
    }
}

/// The tags alone come as a bare list, and none as an empty object.
#[derive(Deserialize)]
#[serde(untagged)]
enum TagsAnswer {
    List(Vec<String>),
    Nothing {},
}

fn texts(tags: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    tags.into_iter().map(Into::into).collect()
}

fn with_tags(call: Call<Image>, tags: Vec<String>) -> Call<Image> {
    let checked = check::tags(&tags);
    call.json(&BTreeMap::from([("tags", tags)])).check(checked)
}

cloud_core::list_request! {
    /// Lists registered images; made by [`Images::list`].
    pub struct ListImages => Image;
    one {
        /// Only those with this in their name.
        name: String = "name",
    }
    many {
        /// Only those with this tag; may be given several times, for images that have all of them.
        tag: String = "tags",
    }
}

cloud_core::request! {
    /// Registers an image; made by [`Images::register`].
    pub struct RegisterImage => Image;
    required {
        username: String,
    }
    opt {
        /// A note about the image.
        description: String,
    }
    check |this: &Self| -> Result<()> {
        if this.username.is_empty() {
            return Err(Error::input("username", "must not be empty"));
        }
        Ok(())
    };
}
