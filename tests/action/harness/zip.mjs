// Zip archives in memory: written entry by entry exactly as asked (also hostile ones), and read again.
import { crc32 } from './crc32.mjs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

// ENTRIES: [{ name, data: Buffer|string, mode?: unix mode with file type, size?: the size to claim }]. Names are not judged.
export function makeZip(entries) {
    const local = [];
    const central = [];
    let offset = 0;
    for (const { name, data, mode = 0o100644, size } of entries) {
        const bytes = Buffer.from(data);
        const packed = deflateRawSync(bytes);
        const path = Buffer.from(name);
        const head = Buffer.alloc(30);
        head.writeUInt32LE(0x04034b50, 0);
        head.writeUInt16LE(20, 4);
        head.writeUInt16LE(0x800, 6);
        head.writeUInt16LE(8, 8);
        head.writeUInt16LE(0x21, 12);
        head.writeUInt32LE(crc32(bytes), 14);
        head.writeUInt32LE(packed.length, 18);
        head.writeUInt32LE(size ?? bytes.length, 22);
        head.writeUInt16LE(path.length, 26);
        const entry = Buffer.alloc(46);
        entry.writeUInt32LE(0x02014b50, 0);
        entry.writeUInt16LE(0x314, 4);
        head.copy(entry, 6, 4, 30);
        entry.writeUInt32LE((mode << 16) >>> 0, 38);
        entry.writeUInt32LE(offset, 42);
        local.push(head, path, packed);
        central.push(entry, path);
        offset += head.length + path.length + packed.length;
    }
    const directory = Buffer.concat(central);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...local, directory, end]);
}

// The entries of an archive that makeZip or another ordinary writer made: [{ name, data, mode }].
export function readZip(bytes) {
    const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0) {
        throw new Error('not a zip archive: it has no end record');
    }
    const entries = [];
    let at = bytes.readUInt32LE(end + 16);
    for (let i = bytes.readUInt16LE(end + 10); i > 0; i--) {
        const nameLength = bytes.readUInt16LE(at + 28);
        const local = bytes.readUInt32LE(at + 42);
        const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
        const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
        entries.push({
            name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
            data: bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : Buffer.from(packed),
            mode: bytes.readUInt32LE(at + 38) >>> 16,
        });
        at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
    return entries;
}
