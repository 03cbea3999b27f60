import { crc32 } from 'node:zlib';

/** 1.0: the first one knows files as they are. */
const version = 10;

/** A zip archive, and so a jar, of one uncompressed file; source: APPNOTE.TXT of the ZIP format, sections 4.3.7 to 4.3.16. */
export function storedZip(name: string, text: string): Buffer {
  const path = Buffer.from(name);
  const content = Buffer.from(text);
  const central = record(46, 0x02014b50);
  central.writeUInt16LE(version, 4); // made by
  writeFileFields(central, 6, path, content);
  const local = record(30, 0x04034b50);
  writeFileFields(local, 4, path, content);
  const end = record(22, 0x06054b50);
  end.writeUInt16LE(1, 8); // entries on this disk
  end.writeUInt16LE(1, 10); // entries
  end.writeUInt32LE(central.length + path.length, 12);
  end.writeUInt32LE(local.length + path.length + content.length, 16); // where the central directory begins
  return Buffer.concat([local, path, content, central, path, end]);
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
