import type { Pull, PushEvent } from '../../core/event.js';
import type { Refs } from '../../core/prowjob.js';
import { normalized } from '../kube/normalize.js';
import type { Data, Periodic, Postsubmit, Presubmit } from './schema.js';

/** The code under test of a pull request, on the base commit that was read last (jobs 3.2). */
export function pullRefs(pull: Pull, baseSha: string): Refs {
  const repoLink = pull.url.replace(/\/pull\/\d+$/, '');
  const site = repoLink.split('/').slice(0, -2).join('/');
  return {
    org: pull.org,
    repo: pull.name,
    repo_link: repoLink,
    base_ref: pull.baseRef,
    base_sha: baseSha,
    base_link: `${repoLink}/commit/${baseSha}`,
    pulls: [{
      number: pull.number,
      author: pull.author.login,
      sha: pull.headSha,
      title: pull.title,
      head_ref: pull.headRef,
      link: pull.url,
      commit_link: `${repoLink}/pull/${pull.number}/commits/${pull.headSha}`,
      author_link: `${site}/${pull.author.login}`,
    }],
  };
}

/** The code under test of a push to a branch. */
export function pushRefs(push: Pick<PushEvent, 'repo' | 'ownerName' | 'repoUrl' | 'ref' | 'after' | 'compareUrl'>): Refs {
  return {
    org: push.ownerName,
    repo: push.repo.name,
    repo_link: push.repoUrl,
    base_ref: push.ref.replace(/^refs\/(?:heads|tags)\//, ''),
    base_sha: push.after,
    base_link: push.compareUrl,
  };
}

/** Refs with what the job says about how its repository is cloned. */
export function completedRefs(job: Presubmit | Postsubmit | Periodic, refs: Refs): Refs {
  const sparse = job.decorate || job.decoration_config ? job.decoration_config?.['sparse_checkout_files'] : undefined;
  return {
    ...refs,
    ...(job.path_alias !== '' && { path_alias: job.path_alias }),
    ...(job.clone_uri !== '' && { clone_uri: job.clone_uri }),
    ...(job.skip_submodules && { skip_submodules: true }),
    ...(job.clone_depth > 0 && { clone_depth: job.clone_depth }),
    ...(job.skip_fetch_head && { skip_fetch_head: true }),
    ...inheritedBlobless(job, refs),
    ...(Array.isArray(sparse) && sparse.length > 0 && { sparse_checkout_files: sparse }),
  };
}

/** Extra refs as upstream spells them; they only inherit how blobs are fetched. */
export function completedExtraRefs(job: Presubmit | Postsubmit | Periodic): readonly Refs[] {
  return job.extra_refs.map((given) => {
    const refs = normalized('Refs', given);
    return { org: '', repo: '', base_ref: '', ...refs, ...inheritedBlobless(job, refs) };
  });
}

function inheritedBlobless(job: Presubmit | Postsubmit | Periodic, refs: Data): Data {
  const inherited = job.decoration_config?.['blobless_fetch'];
  return typeof inherited === 'boolean' && typeof refs['blobless_fetch'] !== 'boolean' ? { blobless_fetch: inherited } : {};
}
