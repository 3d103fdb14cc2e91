namespace Dispatch.Drills;

/// <summary>Programs that are built beside us: artifacts/bin/project/configuration.</summary>
internal static class Programs
{
    public static string Server
    {
        get
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
            var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Dispatch.Server", configuration, "Dispatch.Server.dll"));
            return File.Exists(program) ? program : throw new CommandException($"The server is not built: {program} is missing. Start by way of ./dev");
        }
    }
}
