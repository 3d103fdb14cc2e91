namespace Dispatch.Server;

/// <summary>
/// Where a drill may reach in: points at which it may end the process, and rules that it may break to prove that the checker notices
/// (docs/reliability.md). The shipped server holds nothing behind these calls: their bodies are compiled only into the drill's own build, from a file
/// of the drills, and no setting can bring them back. A test looks at the shipped assembly.
/// </summary>
internal static partial class DrillSeam
{
    public static void Pass(string point) => OnPass(point);

    public static bool Breaks(string rule)
    {
        var broken = false;
        OnRule(rule, ref broken);
        return broken;
    }

    public static string Sql(string file, string text)
    {
        OnSql(file, ref text);
        return text;
    }

    public static void Polled(List<Live.FactView> facts) => OnPolled(facts);

    static partial void OnPass(string point);

    static partial void OnRule(string rule, ref bool broken);

    static partial void OnSql(string file, ref string text);

    static partial void OnPolled(List<Live.FactView> facts);
}
