use std::fmt;

/// How a client found its service and who it is there, for people, without secrets.
///
/// ```text
/// keystone  https://keystone.example/v3 (auth_url (client builder))
/// proxy     proxy.example:3128 (HTTPS_PROXY (environment))
/// login     password of the user demo in the domain Default (OS_PASSWORD (environment))
/// project   demo (3499012a459a4fceaae8df5dab4a5f4c)
/// endpoint  https://sahara.example/v1.1/3499012a459a4fceaae8df5dab4a5f4c (public endpoint of ...)
/// version   v2 (the newest that is known here; https://sahara.example/ lists v1.0, v1.1, v2)
/// base      https://sahara.example/v2/3499012a459a4fceaae8df5dab4a5f4c
/// ```
///
/// A proxy is that of the address in the line before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation(Vec<(String, String)>);

impl Explanation {
    pub(crate) fn add(&mut self, topic: impl Into<String>, text: impl Into<String>) {
        self.0.push((topic.into(), text.into()));
    }

    /// Topic and finding, one after the other.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(topic, text)| (topic.as_str(), text.as_str()))
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .0
            .iter()
            .map(|(topic, _)| topic.len())
            .max()
            .unwrap_or(0);
        for (index, (topic, text)) in self.0.iter().enumerate() {
            write!(
                f,
                "{}{topic:width$}  {text}",
                if index == 0 { "" } else { "\n" }
            )?;
        }
        Ok(())
    }
}
