import { crc32 } from 'node:zlib';

/** 1.0: the first one knows files as they are. */
const version = 10;

/** A zip archive, and so a jar, of uncompressed files; source: APPNOTE.TXT of the ZIP format, sections 4.3.7 to 4.3.16. */
export function storedZip(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const [name, value] of Object.entries(files)) {
    const path = Buffer.from(name);
    const content = Buffer.from(value as Uint8Array);
    const central = record(46, 0x02014b50);
    central.writeUInt16LE(version, 4); // made by
    writeFileFields(central, 6, path, content);
    central.writeUInt32LE(at, 42); // where the local header begins
    const local = record(30, 0x04034b50);
    writeFileFields(local, 4, path, content);
    locals.push(local, path, content);
    centrals.push(central, path);
    at += local.length + path.length + content.length;
  }
  const directory = Buffer.concat(centrals);
  const count = centrals.length / 2;
  const end = record(22, 0x06054b50);
  end.writeUInt16LE(count, 8); // entries on this disk
  end.writeUInt16LE(count, 10); // entries
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16); // where the central directory begins
  return Buffer.concat([...locals, directory, end]);
}

/** The fields that a local header and a central one share, from "version needed" to "extra field length". */
function writeFileFields(header: Buffer, at: number, path: Buffer, content: Buffer): void {
  const firstDayOfDos = 0x0021; // 1980-01-01: the same archive whenever it is made
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(firstDayOfDos, at + 8);
  header.writeUInt32LE(crc32(content), at + 10);
  header.writeUInt32LE(content.length, at + 14);
  header.writeUInt32LE(content.length, at + 18);
  header.writeUInt16LE(path.length, at + 22);
}

function record(length: number, signature: number): Buffer {
  const buffer = Buffer.alloc(length);
  buffer.writeUInt32LE(signature, 0);
  return buffer;
}
