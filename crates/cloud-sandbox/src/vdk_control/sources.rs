use std::fmt::Write as _;
use std::io::Cursor;

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zip::result::ZipResult;
use zip::{ZipArchive, ZipWriter};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::check_type;
use super::{Ctx, Handler, download, show};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "dataJobSourcesDownload",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources",
        download_sources,
    ),
    route(
        "sourcesUpload",
        "POST",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources",
        upload,
    ),
    route(
        "sourcesDelete",
        "DELETE",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources",
        delete,
    ),
];

/// The part of the operator's Git repository that belongs to one job.
#[derive(Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct Sources {
    /// The ids of its commits; a commit that deleted the sources has the place of one, but cannot be deployed.
    history: Vec<Option<String>>,
    head: Option<Tree>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Tree {
    #[serde(with = "crate::keep::bytes")]
    archive: Bytes,
    fingerprint: [u8; 32],
}

impl Sources {
    /// Whether there is a version of this name, which may be the beginning of a commit's id.
    pub(crate) fn has(&self, version: &str) -> bool {
        // Git's own abbreviation has at least this many digits.
        version.len() >= 7
            && self
                .history
                .iter()
                .flatten()
                .any(|sha| sha.starts_with(version))
    }

    /// Commits a tree. The same tree again is no new version.
    fn commit(&mut self, job: &str, tree: Tree) -> String {
        let unchanged = self
            .head
            .as_ref()
            .is_some_and(|head| head.fingerprint == tree.fingerprint);
        if let Some(sha) = self.history.last().cloned().flatten().filter(|_| unchanged) {
            return sha;
        }
        // A commit's id depends on what came before: the same tree after another is a new version.
        let parents = self.history.len().to_be_bytes();
        let digest = Sha256::new()
            .chain_update(job)
            .chain_update(parents)
            .chain_update(tree.fingerprint)
            .finalize();
        let sha = digest[..20]
            .iter()
            .fold(String::with_capacity(40), |mut sha, byte| {
                // Writing into a string cannot fail.
                let _ = write!(sha, "{byte:02x}");
                sha
            });
        self.history.push(Some(sha.clone()));
        self.head = Some(tree);
        sha
    }
}

/// Reads what was uploaded: the first folder in it becomes that of the job, whatever it is called.
fn unpack(job: &str, body: &[u8]) -> ZipResult<Option<Tree>> {
    let mut archive = ZipArchive::new(Cursor::new(body))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index)?;
        let Some(path) = file.enclosed_name() else {
            return Err(zip::result::ZipError::InvalidArchive(
                "an entry leads out of the archive".into(),
            ));
        };
        let path = path
            .to_string_lossy()
            .replace('\\', "/")
            .trim_end_matches('/')
            .to_owned();
        entries.push((path, file.is_dir(), file.crc32(), file.size(), index));
    }
    let Some(top) = entries
        .iter()
        .find_map(|(path, is_dir, ..)| match path.split_once('/') {
            Some((top, _)) => Some(top.to_owned()),
            None => is_dir.then(|| path.clone()),
        })
    else {
        return Ok(None);
    };

    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut contents = Vec::new();
    for (path, is_dir, crc, size, index) in entries {
        let Some(inside) = path
            .strip_prefix(&top)
            .filter(|inside| inside.is_empty() || inside.starts_with('/'))
        else {
            continue;
        };
        // In a ZIP only the slash tells a folder from a file.
        let slash = if is_dir { "/" } else { "" };
        writer.raw_copy_file_rename(
            archive.by_index_raw(index)?,
            format!("{job}{inside}{slash}"),
        )?;
        if !is_dir {
            contents.push((inside.to_owned(), crc, size));
        }
    }
    let archive = writer.finish()?.into_inner();
    // The order of entries depends on who packed them, and is no change.
    contents.sort();
    let mut fingerprint = Sha256::new();
    for (path, crc, size) in contents {
        fingerprint.update(format!("{path}\n{crc}\n{size}\n"));
    }
    Ok(Some(Tree {
        archive: archive.into(),
        fingerprint: fingerprint.finalize().into(),
    }))
}

fn upload(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    check_type(ctx.call, "application/octet-stream")?;
    let body = ctx.call.body;
    if body.is_empty() {
        return Err(Refusal::unreadable("The body is missing."));
    }
    let job = ctx.job_or_nothing()?;
    // The server takes every failure to unpack for one of its disk.
    let tree = match unpack(&job.name, body) {
        Ok(Some(tree)) => tree,
        Ok(None) => {
            return Err(Refusal::external(
                "the file system",
                "There is no folder in the archive.",
            ));
        }
        Err(error) => {
            return Err(Refusal::external(
                "the file system",
                &format!("The archive cannot be unpacked: {error}."),
            ));
        }
    };
    let sha = job.sources.commit(&job.name, tree);
    show(&json!({"version_sha": sha}))
}

fn download_sources(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let job = ctx.job_or_nothing()?;
    let tree = job.sources.head.as_ref().ok_or_else(Refusal::not_found)?;
    Ok(download(tree.archive.clone()))
}

/// What was deployed before stays deployed, and its versions can still be deployed.
fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let sources = &mut ctx.job_or_nothing()?.sources;
    // Nothing to delete is no commit, and succeeds.
    if sources.head.take().is_some() {
        sources.history.push(None);
    }
    Ok(Answer::empty(200))
}
