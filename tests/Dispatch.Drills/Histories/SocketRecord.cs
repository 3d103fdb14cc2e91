using System.Buffers.Text;

namespace Dispatch.Drills.Histories;

/// <summary>
/// Reads along what one socket receives, byte by byte and before anything is parsed, and keeps every UUID that passes: whatever names an incident
/// or a call-out names it so. Invariant I5 asks afterwards whether this socket may know it.
/// </summary>
internal sealed class SocketRecord(string owner, Guid? volunteer, string regionPath, Func<DateTimeOffset> now)
{
    private const int IdLength = 36;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, DateTimeOffset> seen = [];

    // An id may be torn apart by two reads: the end of the last one is kept.
    private readonly byte[] end = new byte[IdLength - 1];
    private int kept;

    public string Owner => owner;

    /// <summary>Whose phone; null for a console.</summary>
    public Guid? Volunteer => volunteer;

    /// <summary>The console's command; empty for a phone.</summary>
    public string RegionPath => regionPath;

    public IReadOnlyDictionary<Guid, DateTimeOffset> Seen
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<Guid, DateTimeOffset>(seen);
            }
        }
    }

    public void Read(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (kept > 0)
            {
                var take = Math.Min(bytes.Length, IdLength - 1);
                Span<byte> seam = stackalloc byte[(IdLength - 1) * 2];
                end.AsSpan(0, kept).CopyTo(seam);
                bytes[..take].CopyTo(seam[kept..]);
                Scan(seam[..(kept + take)]);
            }

            Scan(bytes);
            Keep(bytes);
        }
    }

    private void Scan(ReadOnlySpan<byte> text)
    {
        var from = 8;
        while (from + 28 <= text.Length)
        {
            var dash = text[from..].IndexOf((byte)'-');
            if (dash < 0)
            {
                return;
            }

            var at = from + dash - 8;
            if (at + IdLength <= text.Length && text[at + 13] == '-' && Utf8Parser.TryParse(text.Slice(at, IdLength), out Guid id, out _, 'D'))
            {
                seen.TryAdd(id, now());
            }

            from += dash + 1;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= end.Length)
        {
            bytes[^end.Length..].CopyTo(end);
            kept = end.Length;
            return;
        }

        var stay = Math.Min(kept, end.Length - bytes.Length);
        end.AsSpan(kept - stay, stay).CopyTo(end);
        bytes.CopyTo(end.AsSpan(stay));
        kept = stay + bytes.Length;
    }
}
