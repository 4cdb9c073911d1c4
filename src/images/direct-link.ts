// What a direct link to a picture looks like, for people who pasted the page around it.

const anyExample = 'https://shop.example/photo.jpg';

/** The direct form of a Google Drive or Dropbox share link, else a general example. */
export function toDirectLinkExample(url: URL): string {
  if (url.hostname === 'drive.google.com') {
    const id = /\/d\/([\w-]{10,100})/.exec(url.pathname)?.[1] ?? url.searchParams.get('id');
    if (id !== null && /^[\w-]{10,100}$/.test(id)) {
      return `https://drive.google.com/uc?export=download&id=${id}`;
    }
  }
  if (url.hostname === 'www.dropbox.com' || url.hostname === 'dropbox.com') {
    const direct = new URL(url.href);
    direct.searchParams.delete('dl');
    direct.searchParams.set('raw', '1');
    return direct.href;
  }
  return anyExample;
}
