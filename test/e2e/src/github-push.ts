import { createHmac, randomUUID } from 'node:crypto';

/** What a push is about; the rest of its body is as GitHub sends it. */
export interface PushOf {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
}

/** The body of a push delivery, with the members that GitHub sends. */
export function pushBody({ branch, commit, repository }: PushOf): string {
  const [owner = '', name = ''] = repository.split('/');
  const web = `https://github.com/${repository}`;
  const api = `https://api.github.com/repos/${repository}`;
  const person = { name: 'Mia Example', email: 'mia@example.com', username: 'mia' };
  const head = {
    id: commit,
    tree_id: 'f9d2a07e9488b91af2641b26b9407fe22a451433',
    distinct: true,
    message: 'Give the shop a second server\n\nIt was slow on Fridays.',
    timestamp: '2026-03-05T16:44:12+01:00',
    url: `${web}/commit/${commit}`,
    author: person,
    committer: person,
    ...{ added: [], removed: [], modified: ['caisson.yaml'] },
  };
  return JSON.stringify({
    ref: `refs/heads/${branch}`,
    before: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    after: commit,
    repository: {
      id: 186853002,
      node_id: 'MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=',
      name,
      full_name: repository,
      private: true,
      owner: { name: owner, login: owner, id: 21031067, type: 'Organization', site_admin: false },
      html_url: web,
      url: api,
      clone_url: `${web}.git`,
      hooks_url: `${api}/hooks`,
      default_branch: 'main',
      topics: [],
      pushed_at: 1772725452,
    },
    pusher: { name: 'mia', email: 'mia@example.com' },
    sender: {
      login: 'mia',
      id: 21031067,
      avatar_url: 'https://avatars.githubusercontent.com/u/21031067?v=4',
      type: 'User',
    },
    ...{ created: false, deleted: false, forced: false, base_ref: null },
    compare: `${web}/compare/6113728f27ae...${commit.slice(0, 12)}`,
    commits: [head],
    head_commit: head,
  });
}

/** What a delivery was answered. */
export interface DeliveryAnswer {
  readonly status: number;
  readonly body: {
    readonly outcome?: string;
    readonly repeated?: boolean;
    readonly code?: string;
    readonly detail?: string;
  };
}

/** Delivers a push as GitHub does: with its headers, signed with the secret of the hook. */
export async function deliverPush(url: string, secret: string, body: string): Promise<DeliveryAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': randomUUID(),
      'x-github-event': 'push',
      'x-github-hook-id': '292430182',
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as DeliveryAnswer['body'] };
}
