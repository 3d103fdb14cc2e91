using System.Reflection;

namespace Dispatch.Server.Telemetry;

/// <summary>Which node this is: a new id with every start, and a name that people know the machine by (<c>Node:Name</c>).</summary>
internal sealed class Self(IConfiguration settings, TimeProvider time)
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; } = settings["Node:Name"] is { Length: > 0 } name ? name : $"{Environment.MachineName}-{Environment.ProcessId}";

    public string Version { get; } = typeof(Self).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>The folder on the disk that has to have room: that of the private cluster, or where the process runs.</summary>
    public string Folder { get; } = settings["Data:Folder"] is { Length: > 0 } folder && Directory.Exists(folder) ? folder : AppContext.BaseDirectory;

    /// <summary>Free and all bytes of that disk; null where the system does not say.</summary>
    public (long Free, long All)? Disk()
    {
        try
        {
            var drive = new DriveInfo(Folder);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // shown as unknown
        }
    }
}
