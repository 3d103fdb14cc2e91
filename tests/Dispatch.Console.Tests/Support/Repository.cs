namespace Dispatch.Console.Tests.Support;

/// <summary>Places in the working copy the tests run from.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot(AppContext.BaseDirectory);

    /// <summary>Where a picture of the screen is kept as an artefact of the run.</summary>
    public static string Screenshot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "artifacts", "screenshots")).FullName, name + ".png");

    public static string AxeScript => File.ReadAllText(Path.Combine(Root, "src", "Dispatch.Console", "node_modules", "axe-core", "axe.min.js"));

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Dispatch.sln"))
        ? folder
        : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside a working copy of the repository."));
}
