System.Console.WriteLine("drills");
