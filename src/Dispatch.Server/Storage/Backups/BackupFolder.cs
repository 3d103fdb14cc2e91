using System.Globalization;

namespace Dispatch.Server.Storage.Backups;

/// <summary>
/// Where backups of one cluster lie: base backups named by the time they were complete, the write-ahead log from before the first of them until now,
/// and the password that fits the database. For the owner only: it holds everything.
/// </summary>
internal sealed class BackupFolder
{
    private const string Prefix = "base-", TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    private BackupFolder(string root) => Root = root;

    public string Root { get; }

    public string Wal => Path.Combine(Root, "wal");

    public string Unfinished => Path.Combine(Root, "base.new");

    public string PasswordFile => Path.Combine(Root, "postgres.password");

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<(string Path, DateTimeOffset CompleteAt)> Bases => [.. Directory.GetDirectories(Root, Prefix + "*")
        .Select(path => (path, At: TimeOf(path))).Where(each => each.At is not null).Select(each => (each.path, each.At!.Value)).OrderBy(each => each.Value)];

    public static BackupFolder Make(string path)
    {
        try
        {
            var folder = new BackupFolder(Path.GetFullPath(path));
            foreach (var each in new[] { folder.Root, folder.Wal })
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(each);
                }
                else
                {
                    Directory.CreateDirectory(each, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }

            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalPostgresException($"The backup folder {path} cannot be used: {e.Message} Give another one: ./dev backup DIR", e);
        }
    }

    public static BackupFolder Open(string path)
    {
        var folder = new BackupFolder(Path.GetFullPath(path));
        return Directory.Exists(folder.Wal) && folder.Bases.Count > 0 && File.Exists(folder.PasswordFile)
            ? folder
            : throw new LocalPostgresException($"{folder.Root} holds no backup that ./dev backup has made.");
    }

    public string BaseOf(DateTimeOffset completeAt) => Path.Combine(Root, Prefix + completeAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));

    /// <summary>The newest base backup that was complete by then; the log brings it forward, and nothing brings one back.</summary>
    public (string Path, DateTimeOffset CompleteAt) BaseBefore(DateTimeOffset? to)
    {
        var fitting = Bases.Where(each => to is null || each.CompleteAt <= to).ToList();
        return fitting.Count > 0
            ? fitting[^1]
            : throw new LocalPostgresException($"The oldest backup in {Root} is of {Bases[0].CompleteAt:u}: {to:u} lies before it.");
    }

    private static DateTimeOffset? TimeOf(string path) => DateTimeOffset.TryParseExact(
        Path.GetFileName(path)[Prefix.Length..], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
